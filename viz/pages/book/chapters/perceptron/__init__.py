"""Chapter 2, one neuron, and why it bends.

text      what is read
stills    its figures at first sight, made by `python -m demos.pictures --only-stills`
neuron    2.1, one neuron: products, bias, activation
collapse  2.2, two linear layers fold into one matrix
"""
