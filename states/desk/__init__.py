"""Letters to people without a sign-in: drafts that the office looks at, corrects, sends, hands over or takes back."""
