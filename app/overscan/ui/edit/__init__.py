"""The expansion editor: the frame and the mask under the hand."""
