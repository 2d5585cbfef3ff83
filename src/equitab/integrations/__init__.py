"""Doors to other libraries; each is imported only by whoever has the library."""
