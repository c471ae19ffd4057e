"""The claims of a tutorial on backpropagation, each a short program: `python -m demos.tutorial` lists them."""
