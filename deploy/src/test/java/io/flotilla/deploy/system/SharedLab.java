package io.flotilla.deploy.system;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests one lab of the default size for the whole run; its logs are kept in {@code target/lab} for whoever asks why. */
final class SharedLab implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedLab.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Lab.class;
    }

    @Override
    public Lab resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Running.class, key -> new Running(), Running.class)
                .lab;
    }

    private static final class Running implements AutoCloseable {
        private final Lab lab = new Lab(Path.of("target/lab"));

        Running() {
            Lab.prepare();
            lab.flotilla("down", "--wipe").ok();
            try {
                lab.flotilla("up").ok();
            } catch (AssertionError e) {
                close();
                throw e;
            }
        }

        @Override
        public void close() {
            lab.flotilla("down").ok();
        }
    }
}
