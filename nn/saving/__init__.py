"""What training changes, read, put back, saved and loaded.

files.py        save, load, Autosave
onnx_model.py     save_onnx: the lifted forward program as an ONNX file
onnx_nodes.py     the maths that its rules are given
torch_module.py    to_torch: the source of a module of PyTorch's, and its state
linear_layers.py  weights that PyTorch saved
file_format.py  what a saved file may hold, its check sum, and whether it is this model's
snapshot.py     parameters, gradients, buffers and RNG state, kept in memory to go back to
"""
