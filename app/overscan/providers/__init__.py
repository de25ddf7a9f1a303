"""One file per service. Each describes calls and reads replies, and does no input or output itself."""
