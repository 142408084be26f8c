package io.flotilla.deploy.process;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * Brings class files of Java 5 and older up to date. The cache of loaded classes takes none of them, because their format is
 * verified in an old way; a program that uses a library of such files parses and verifies it anew with each start, which
 * costs a good part of the start.
 */
public final class OldClassFiles {
    /** The first version whose files carry what the newer verifier needs. */
    private static final int NEW_ENOUGH = ClassFile.JAVA_6_VERSION;

    private static final int WRITTEN = ClassFile.JAVA_8_VERSION;
    private static final int MAGIC = 0xCAFEBABE;

    private OldClassFiles() {}

    /** Rewrites every jar in that directory that has an old class file; the others are not touched. */
    public static void modernize(Path directory) throws IOException {
        try (var jars = Files.newDirectoryStream(directory, "*.jar")) {
            for (var jar : jars) {
                if (hasOld(jar)) {
                    rewrite(jar);
                }
            }
        }
    }

    private static boolean hasOld(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            for (var entry : file.stream().filter(OldClassFiles::isClass).toList()) {
                try (var in = file.getInputStream(entry)) {
                    if (isOld(in.readNBytes(8))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** The new jar takes the old one's place at once: a program that runs from the old one goes on with it. */
    private static void rewrite(Path jar) throws IOException {
        var written = jar.resolveSibling(jar.getFileName() + ".new");
        try (var file = new JarFile(jar.toFile());
                var out = new JarOutputStream(Files.newOutputStream(written))) {
            var classFile = ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(hierarchy(file)
                            .orElse(ClassHierarchyResolver.ofResourceParsing(ClassLoader.getPlatformClassLoader()))
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            for (var entry : file.stream().toList()) {
                var copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                try (var in = file.getInputStream(entry)) {
                    var bytes = in.readAllBytes();
                    out.write(isClass(entry) && isOld(bytes) ? modern(classFile, bytes) : bytes);
                }
                out.closeEntry();
            }
        }
        Files.move(written, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Every method body is built anew, which is what makes its stack maps. */
    private static byte[] modern(ClassFile classFile, byte[] old) {
        var bodies = ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
        return classFile.transformClass(
                classFile.parse(old),
                bodies.andThen((builder, element) ->
                        builder.with(element instanceof ClassFileVersion ? ClassFileVersion.of(WRITTEN, 0) : element)));
    }

    /** Which class extends which, as far as that jar tells. */
    private static ClassHierarchyResolver hierarchy(JarFile file) throws IOException {
        Map<ClassDesc, ClassDesc> superclasses = new HashMap<>();
        Map<ClassDesc, Boolean> interfaces = new HashMap<>();
        for (var entry : file.stream().filter(OldClassFiles::isClass).toList()) {
            try (var in = file.getInputStream(entry)) {
                var model = ClassFile.of().parse(in.readAllBytes());
                var self = model.thisClass().asSymbol();
                interfaces.put(self, model.flags().has(java.lang.reflect.AccessFlag.INTERFACE));
                model.superclass().ifPresent(parent -> superclasses.put(self, parent.asSymbol()));
            }
        }
        return type -> {
            var isInterface = interfaces.get(type);
            if (isInterface == null) {
                return null;
            }
            return isInterface
                    ? ClassHierarchyResolver.ClassHierarchyInfo.ofInterface()
                    : ClassHierarchyResolver.ClassHierarchyInfo.ofClass(superclasses.get(type));
        };
    }

    private static boolean isClass(ZipEntry entry) {
        return entry.getName().endsWith(".class");
    }

    private static boolean isOld(byte[] start) {
        if (start.length < 8) {
            return false;
        }
        var header = ByteBuffer.wrap(start);
        return header.getInt() == MAGIC && header.getShort(6) < NEW_ENOUGH;
    }
}
