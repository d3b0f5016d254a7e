"""Networks labelled by intervention: trained with a mistake, and again with each repair alone."""
