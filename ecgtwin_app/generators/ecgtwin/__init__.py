"""The model that ships: autoencoder, individual base extractor, AdaX transformer, beats and rhythm."""
