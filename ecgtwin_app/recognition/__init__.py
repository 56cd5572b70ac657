"""What a recording shows: by the published criteria, a network trained on real records, and what its file says."""
