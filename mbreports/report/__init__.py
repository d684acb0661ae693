"""Numbers to what people look at: pages, PDF, workbooks, charts."""
