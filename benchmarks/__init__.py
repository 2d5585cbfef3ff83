"""Measurements that the documentation shows, and the commands that repeat them."""
