package io.flotilla.kubelet.log;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** Wakes those who follow logs: when the log's directory changes, and when something of the pod does. */
public final class LogFollowing {
    private final Map<String, Set<Follower>> followers = new ConcurrentHashMap<>();

    /** One who follows; to be closed. */
    public final class Follower implements LogReader.LogChanges, AutoCloseable {
        private final String podUid;
        private final WatchService watch;
        private final Semaphore changed = new Semaphore(0);
        private final Thread watcher;

        private Follower(String podUid, Path directory) throws IOException {
            this.podUid = podUid;
            this.watch = FileSystems.getDefault().newWatchService();
            directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            this.watcher = Thread.ofVirtual().name("log-watch").unstarted(this::watch);
        }

        private void watch() {
            try {
                while (true) {
                    var key = watch.take();
                    key.pollEvents();
                    key.reset();
                    changed.release();
                }
            } catch (InterruptedException | java.nio.file.ClosedWatchServiceException _) {
                changed.release();
            }
        }

        @Override
        public void await() throws InterruptedException {
            changed.acquire();
            changed.drainPermits();
        }

        /** Makes the follower look again. */
        public void wake() {
            changed.release();
        }

        @Override
        public void close() {
            followers.computeIfPresent(podUid, (_, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
            watcher.interrupt();
            try {
                watch.close();
            } catch (IOException _) {
                // Nothing is left to free.
            }
        }
    }

    /** Begins to follow the logs in a directory. */
    public Follower follow(String podUid, Path directory) throws IOException {
        Follower follower = new Follower(podUid, directory);
        followers.computeIfAbsent(podUid, _ -> ConcurrentHashMap.newKeySet()).add(follower);
        follower.watcher.start();
        return follower;
    }

    /** Something of the pod changed in the runtime. */
    public void podChanged(String podUid) {
        Set<Follower> all = followers.get(podUid);
        if (all != null) {
            all.forEach(Follower::wake);
        }
    }

    public void allChanged() {
        followers.values().forEach(all -> all.forEach(Follower::wake));
    }
}
