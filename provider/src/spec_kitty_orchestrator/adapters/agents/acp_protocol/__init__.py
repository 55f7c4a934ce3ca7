"""The conversation with agents over the Agent Client Protocol, and what is odd about each."""
