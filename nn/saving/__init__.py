"""What training changes, read, put back, saved and loaded.

save_and_load.py  save, load, Autosave
file_format.py    what a saved file may hold, and what is said of a damaged one or one of another model
onnx_model.py     save_onnx: the lifted forward program as an ONNX file, line by line, layers and all
onnx_maths.py     the functions that rules of the table compute with, as ONNX has them
torch_module.py   to_torch: the source of a module of PyTorch's, and its state
linear_layers.py  weights that PyTorch saved
snapshot.py       parameters, gradients, buffers and RNG state, kept in memory to go back to
"""
