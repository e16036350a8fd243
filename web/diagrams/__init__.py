"""Processes as other tools draw, read and replay them: BPMN 2.0, PNML, Mermaid, SVG."""
