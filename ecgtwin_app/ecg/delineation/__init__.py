"""Finding beats and the waves in them."""
