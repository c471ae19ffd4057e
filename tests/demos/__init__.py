"""The tutorial, the notebooks, the GPT in one page, and the README's pictures."""
