"""What is missing of a recording, from the rest of it: by the laws between leads, lines, regression and the usual beat."""
