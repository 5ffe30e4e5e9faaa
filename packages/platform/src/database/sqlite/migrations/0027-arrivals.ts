/** When an attempt's first call came to the gate, or its events websocket; null before, and where it was not seen. */
export const arrivals = 'ALTER TABLE attempts ADD COLUMN arrived_at INTEGER';
