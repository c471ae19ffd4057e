"""What networks, trainings and looks at them say, as it is kept."""
