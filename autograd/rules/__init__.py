"""What a row of the table is: the operation, its maths on floats, its formulas, and the methods made of it."""
