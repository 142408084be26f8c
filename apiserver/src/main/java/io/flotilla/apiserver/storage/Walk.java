package io.flotilla.apiserver.storage;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * What a prefix holds at one revision, in key order, read from etcd page by page as it is asked for. Not safe for use by
 * several threads. Its methods block, and fail with {@link StorageException}.
 */
public final class Walk implements Iterator<Versioned> {
    private static final int PAGE = 500;

    private final EtcdStore store;
    private final String prefix;
    private Page page;
    private int next;

    Walk(EtcdStore store, String prefix, String start, long revision) {
        this.store = store;
        this.prefix = prefix;
        this.page = store.range(prefix, start, PAGE, revision);
    }

    /** The store's revision that everything is read at. */
    public long revision() {
        return page.revision();
    }

    @Override
    public boolean hasNext() {
        if (next == page.items().size() && page.more()) {
            page = store.range(prefix, page.items().getLast().key() + '\0', PAGE, page.revision());
            next = 0;
        }
        return next < page.items().size();
    }

    @Override
    public Versioned next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.items().get(next++);
    }
}
