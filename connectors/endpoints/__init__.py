"""Video-conference endpoints: one session each, asked gently, and what their answers mean."""
