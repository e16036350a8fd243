"""Papers: Word files laid out by Nghị định 30/2020/NĐ-CP, their numbers, their templates. Imports no noun."""
