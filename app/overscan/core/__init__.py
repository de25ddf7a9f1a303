"""What the words mean: values and rules, without any input or output."""
