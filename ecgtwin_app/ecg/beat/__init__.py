"""A beat and the rhythm score along which beats are rendered."""
