"""An invented school and the API it answers, to try mbreports on without a token or anybody's data."""
