"""Generators of ECGs behind one contract, a folder each."""
