"""What the program costs, as ratios within one run. `python -m tests.benchmarks` measures; no test judges a time."""
