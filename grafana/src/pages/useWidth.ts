import { type RefCallback, useCallback, useRef, useState } from 'react';

/** The width of an element in pixels, as it changes; the reference goes to the element. */
export function useWidth(before: number): [RefCallback<Element>, number] {
  const [width, setWidth] = useState(before);
  const observer = useRef<ResizeObserver | undefined>(undefined);
  const measured = useCallback((element: Element | null) => {
    observer.current?.disconnect();
    if (element) {
      observer.current = new ResizeObserver(([entry]) => entry && setWidth(Math.max(200, Math.floor(entry.contentRect.width))));
      observer.current.observe(element);
    }
  }, []);
  return [measured, width];
}
