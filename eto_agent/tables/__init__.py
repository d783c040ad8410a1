"""The paper's tables and figures from run folders, and gains of a method over what it started from."""
