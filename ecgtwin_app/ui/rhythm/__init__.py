"""The rhythm score under the page."""
