"""The index of QĐ 766/QĐ-TTg: its definition, the ratios that go into it, and the score they come to."""
