"""What is to be done next: the view of a moment goes in, actions come out."""
