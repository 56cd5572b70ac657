"""What an ECG is: recordings, lead laws, beats, delineation, measurements. Knows neither torch nor Qt."""
