"""Every trick of speed: the same bits as without it."""
