"""MiniCPM-V: the only part of hiercls that imports torch, transformers and peft."""
