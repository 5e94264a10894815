"""ONNX files that convscope did not write: opened within bounds, run with every value kept, read as layers."""
