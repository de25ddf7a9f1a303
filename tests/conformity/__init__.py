"""Does what each provider declares agree with what the simulated service, written from the same document, takes?"""
