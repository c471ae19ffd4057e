"""What ails a training: diagnosis, sharpness, the learning-rate finder."""
