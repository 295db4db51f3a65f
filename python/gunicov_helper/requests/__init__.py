"""What each request does: one method `do_<name>` for each."""
