"""A generator without a network: the laws between leads, other leads and the patient's usual beat fill in what is missing."""
