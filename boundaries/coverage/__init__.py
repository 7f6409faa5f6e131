"""Finding every defect of a coverage before anything is written: pure geometry and text, no Django."""
