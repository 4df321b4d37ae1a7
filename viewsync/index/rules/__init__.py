"""What is published, where it stands, and what a row from elsewhere may say."""
