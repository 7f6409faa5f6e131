import java.nio.file.Files;
import java.nio.file.Path;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes a javax.imageio.spi.ServiceRegistry that lets any class be looked up, as it did up to Java 8.
 *
 * The WFS suite of 2016 finds its reference systems through this class; since Java 9 it refuses every service but those
 * of image files. Only the check is replaced: instead of refusing, the module declares that it uses the service.
 * The result goes into a folder of its own and is given to the one Java process that runs the suite.
 */
public class OpenRegistry {
    private static final String NAME = "javax/imageio/spi/ServiceRegistry";

    public static void main(String[] arguments) throws Exception {
        Class<?> registry = Class.forName("javax.imageio.spi.ServiceRegistry");
        byte[] original = registry.getModule().getResourceAsStream(NAME + ".class").readAllBytes();
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(original).accept(new Opener(writer), 0);
        Path target = Path.of(arguments[0], NAME + ".class");
        Files.createDirectories(target.getParent());
        Files.write(target, writer.toByteArray());
    }

    private static final class Opener extends ClassVisitor {
        private final ClassWriter writer;

        Opener(ClassWriter writer) {
            super(Opcodes.ASM9, writer);
            this.writer = writer;
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String form, String sign, String[] thrown) {
            MethodVisitor method = writer.visitMethod(access, name, form, sign, thrown);
            if (!name.equals("checkClassAllowed")) {
                return method;
            }
            method.visitCode();
            method.visitLdcInsn(Type.getObjectType(NAME));
            method.visitMethodInsn(
                Opcodes.INVOKEVIRTUAL, "java/lang/Class", "getModule", "()Ljava/lang/Module;", false);
            method.visitVarInsn(Opcodes.ALOAD, 0);
            method.visitMethodInsn(
                Opcodes.INVOKEVIRTUAL, "java/lang/Module", "addUses", "(Ljava/lang/Class;)Ljava/lang/Module;", false);
            method.visitInsn(Opcodes.POP);
            method.visitInsn(Opcodes.RETURN);
            method.visitMaxs(2, 1);
            method.visitEnd();
            return null;
        }
    }
}
