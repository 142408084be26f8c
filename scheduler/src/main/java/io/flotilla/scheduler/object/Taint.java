package io.flotilla.scheduler.object;

/**
 * A taint of a node.
 *
 * @param value empty where there is none
 */
public record Taint(String key, String value, Effect effect) {

    /** What a taint does to pods that do not tolerate it. */
    public enum Effect {
        NO_SCHEDULE,
        PREFER_NO_SCHEDULE,
        NO_EXECUTE;

        static Effect of(String name) {
            return switch (name) {
                case "PreferNoSchedule" -> PREFER_NO_SCHEDULE;
                case "NoExecute" -> NO_EXECUTE;
                default -> NO_SCHEDULE;
            };
        }

        /** Says whether pods are kept off the node. */
        public boolean forbids() {
            return this != PREFER_NO_SCHEDULE;
        }
    }
}
