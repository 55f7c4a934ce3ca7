"""Agents as processes: started under a keeper, heard, limited, ended for sure."""
