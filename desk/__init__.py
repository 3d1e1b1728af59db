"""Who asks: the command line, wiring, exit codes, and everything that is printed."""
