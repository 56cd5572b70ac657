"""The vocabulary of conditions and the referee that measures their criteria."""
