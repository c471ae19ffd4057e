"""What holds the whole: folders and words, public names, imports, the README, what contributors are told."""
