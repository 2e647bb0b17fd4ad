"""The bundled model: pictures of flags drawn by code, and the training that learns from them."""
