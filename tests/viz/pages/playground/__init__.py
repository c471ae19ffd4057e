"""The page to play with: what it computes, and how it is used."""
