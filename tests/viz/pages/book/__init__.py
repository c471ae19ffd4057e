"""The book: what it says, what it computes, how it looks."""
