"""What holds the whole: public names, imports, the README, the demos."""
