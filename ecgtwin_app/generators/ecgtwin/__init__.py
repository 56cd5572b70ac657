"""The model that ships: an Individual Base Extractor and an AdaX transformer over the waves of a strip, and a rhythm model."""
