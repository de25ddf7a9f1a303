"""What the program borrows from the machine: settings, keys, folders, logs."""
